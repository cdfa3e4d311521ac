/** Older majors get no fixes any more, and lack what the tasks of db-maintain ask for. */
export const oldestMajor = 14
export const supported = 'PostgreSQL 14 to 18'

/** Of the server's own word, such as `15.4 (Debian 15.4-1)`; 0 when it is none. */
export const majorOfVersion = (version: string): number => Number.parseInt(version, 10) || 0

export const isTooOld = (version: string): boolean => majorOfVersion(version) > 0 && majorOfVersion(version) < oldestMajor

/** An update that apt would install. Everything is untrusted. */
export type PendingUpdate = { readonly name: string; readonly installed: string; readonly next: string; readonly isSecurity: boolean }

/** `Inst libssl3 [3.0.11-1] (3.0.14-1 Debian-Security:12/stable-security [amd64])`; one that is new has nothing in brackets. */
const line = /^Inst (\S{1,200}) (?:\[([^\]\s]{1,200})\] )?\((\S{1,200}) ([^)[]{0,500})/

/** `Debian-Security:12/stable-security`, `Ubuntu:22.04/jammy-security`: one of several origins is enough. */
const isSecurity = (origins: string): boolean => /(?:^|[\s,])\S{0,100}-security(?:[\s,:/]|$)/i.test(origins)

/** What `apt-get -s dist-upgrade` says that it would install, an update a line. New packages that come along are left out. */
export const pendingUpdates = (output: string): readonly PendingUpdate[] =>
  output.split('\n').flatMap((text) => {
    const [, name, installed, next, origins = ''] = line.exec(text) ?? []
    if (name === undefined || installed === undefined || next === undefined) return []
    return [{ name, installed, next, isSecurity: isSecurity(origins) }]
  })

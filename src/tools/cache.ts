import { restoreCache, saveCache } from '@actions/cache'

/** Puts back what the newest entry holds whose key begins so. The library takes the rights from `ACTIONS_CACHE_MODE`, and only warns when the service fails. */
export const restoreFolder = async (path: string, prefix: string): Promise<void> => {
  // No entry has the first key: the newest with the prefix is what is wanted.
  await restoreCache([path], `${prefix}none`, [prefix])
}

export const saveFolder = async (path: string, key: string): Promise<void> => {
  await saveCache([path], key)
}

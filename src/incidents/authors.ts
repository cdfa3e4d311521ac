/** Whether a login is one of those whose issues and markers count. GitHub's logins are the same in any case; an empty one is nobody's. */
export const isAuthor = (authors: readonly string[], login: string | undefined): boolean =>
  login !== undefined && login !== '' && authors.some((one) => one.toLowerCase() === login.toLowerCase())

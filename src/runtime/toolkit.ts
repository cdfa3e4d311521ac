/**
 * The two parts of `@actions/core` that every run needs, by their files: the package's only entry also loads an HTTP client (80 ms).
 * By path, for its `exports` hide them, and an `imports` map may not point into `node_modules`.
 */
export { issueCommand } from '../../node_modules/@actions/core/lib/command.js'
export { prepareKeyValueMessage } from '../../node_modules/@actions/core/lib/file-command.js'

/**
 * What a child may know of our environment. Names, not prefixes: `DOCKER_AUTH_CONFIG` and `DOCKER_PASSWORD` are secrets, and
 * `COMPOSE_FILE` and `COMPOSE_PROJECT_NAME` would point compose at another project than the configured one.
 */
const allowedNames: readonly string[] = [
  ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ', 'SYSTEMROOT', 'RUNNER_TRACKING_ID'],
  ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'XDG_STATE_HOME'],
  ['DOCKER_API_VERSION', 'DOCKER_CERT_PATH', 'DOCKER_CONFIG', 'DOCKER_CONTEXT', 'DOCKER_DEFAULT_PLATFORM'],
  ['DOCKER_HOST', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'COMPOSE_ENV_FILES', 'COMPOSE_PROFILES'],
  ['SSL_CERT_DIR', 'SSL_CERT_FILE', 'ALL_PROXY', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'],
  ['all_proxy', 'https_proxy', 'http_proxy', 'no_proxy'],
].flat()

/** The environment of every child: the allow-listed part of ours, and `LC_ALL=C`, since their messages are read by programs. */
export const childEnvironment = (environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> => {
  const kept = allowedNames.flatMap((name) => {
    const value = environment[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}

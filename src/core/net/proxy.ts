type ProxyEnvironment = Readonly<Record<string, string | undefined>>

/** A name of a proxy, in the spellings that curl and Node take. */
const named = (environment: ProxyEnvironment, name: string): string =>
  environment[name.toLowerCase()]?.trim() || environment[name.toUpperCase()]?.trim() || ''

/** Whether a host is among those of `no_proxy`: itself, or a domain that it lies in. */
const isExcepted = (environment: ProxyEnvironment, hostname: string): boolean =>
  named(environment, 'no_proxy')
    .split(/[\s,]+/)
    .map((one) =>
      one
        .toLowerCase()
        .replace(/^\*?\./, '')
        .replace(/:\d+$/, ''),
    )
    .some((one) => one === '*' || (one !== '' && (hostname === one || hostname.endsWith(`.${one}`))))

/** Whether the environment sends programs to this place through a proxy; a TCP port is behind one only by `all_proxy`. */
export const goesByProxy = (environment: ProxyEnvironment, { hostname, protocol }: Pick<URL, 'hostname' | 'protocol'>): boolean => {
  const names = protocol === 'https:' ? ['https_proxy', 'all_proxy'] : protocol === 'http:' ? ['http_proxy', 'all_proxy'] : ['all_proxy']
  return names.some((name) => named(environment, name) !== '') && !isExcepted(environment, hostname.toLowerCase())
}

/** A name that this machine does not find says nothing where others reach it through a proxy, which Ronde does not use for its looks. */
export const proxyObstacle = {
  cause: 'its name is not found here, and the environment of the runner names a proxy, which Ronde does not use to look at endpoints',
  advice: 'look from a runner that reaches it directly, or add its host to no_proxy where no proxy leads to it',
} as const

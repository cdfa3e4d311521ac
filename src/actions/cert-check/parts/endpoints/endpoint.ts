import type { StartTls } from '../../../../probes/tls/starttls-steps.ts'

/** Where TLS is spoken, as configured. `host` is a name in its ASCII form or a numeric address without brackets. */
export type CertEndpoint = {
  readonly host: string
  readonly port: number
  /** The name to ask for by SNI and to judge; default: the host. */
  readonly servername?: string | undefined
  readonly starttls?: StartTls | undefined
}

/** What makes two endpoints the same look. */
export const endpointKey = ({ host, port, servername = host }: CertEndpoint): string => JSON.stringify([host, port, servername])

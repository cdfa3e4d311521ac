import type { CreateLook } from './contract/isolation.ts'

/** A look whose types are forgotten, as the registry holds it. */
export type AnyLook = CreateLook<never, never, unknown>

/** What runs in the process that looks, by its name; what one of them needs is loaded when it is first asked. */
export const looks: Readonly<Record<string, () => Promise<AnyLook>>> = {
  'cert-check/endpoints': async () => (await import('./actions/cert-check/parts/endpoints/inside.ts')).createLook,
  'cert-check/headers': async () => (await import('./actions/cert-check/parts/headers/inside.ts')).createLook,
  'github/exchange': async () => (await import('./github/inside.ts')).createLook,
  'health-check/endpoints': async () => (await import('./actions/health-check/parts/endpoints/inside.ts')).createLook,
}

import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { formatBytes } from '../../core/quantity.ts'
import type { BackupManifest } from '../../domain/backup/manifest.ts'
import { leastRecipients } from '../../domain/backup/recipients.ts'
import { bytesOf, nameOf } from '../../domain/backup/stored.ts'
import type { TargetProtection } from '../../tools/off-site/target.ts'

const thingOf = (manifest: BackupManifest): string => `${manifest.kind} ${nameOf(manifest)}`

/** What became of one copy. */
export const judgeCopy = (target: string, manifest: BackupManifest, trouble: Obstacle | undefined): JudgedFinding<'backup.off-site'> => {
  const shared = {
    id: 'backup.off-site',
    subject: `off-site/${target}/${thingOf(manifest).replace(' ', '/')}`,
    expected: 'a copy that was read back',
    certainty: 'hard',
    audience: 'infrastructure',
  } as const
  return trouble === undefined
    ? finding({
        ...shared,
        status: 'ok',
        title: `${thingOf(manifest)}: a copy is at ${target}`,
        observed: `${formatBytes(bytesOf(manifest))}, read back`,
      })
    : finding({
        ...shared,
        status: 'critical',
        title: `${thingOf(manifest)}: no copy at ${target}`,
        observed: trouble.cause,
        advice: trouble.advice,
      })
}

/** Whether somebody who has this server can take the copies, too. */
export const judgeProtection = (target: string, protection: TargetProtection): JudgedFinding<'backup.off-site'> => {
  const shared = {
    id: 'backup.off-site',
    subject: `off-site/${target}`,
    title: `${target}: whether copies outlive this server`,
    expected: 'object lock or versions, which the keys of this server cannot take away',
    audience: 'security',
  } as const
  if (protection === 'versioned') return finding({ ...shared, status: 'ok', observed: 'the bucket keeps versions' })
  if (protection === 'unasked')
    return finding({
      ...shared,
      status: 'ok',
      observed: 'cannot be asked from here',
      notChecked: 'this kind of target does not tell',
      advice: 'see that whoever takes this server cannot delete there',
    })
  return finding({
    ...shared,
    status: 'warning',
    observed: 'neither object lock nor versions',
    advice: 'turn on versions or object lock of the bucket, and give these keys no right to delete versions',
  })
}

/** What holds passwords in plain stays here. */
export const keptHere = (manifest: BackupManifest): JudgedFinding<'backup.encryption'> =>
  finding({
    id: 'backup.encryption',
    subject: `${manifest.kind}/${thingOf(manifest).split(' ').slice(1).join(' ')}`,
    status: 'critical',
    title: `${thingOf(manifest)}: not sent, since it holds secrets and is not encrypted`,
    observed: 'no recipients in `encrypt`',
    expected: 'secrets leave this server encrypted or not at all',
    advice: 'make two keys with `age-keygen`, keep one offline, and write their public halves to `encrypt.recipients`',
    certainty: 'hard',
    audience: 'security',
  })

/** One key only is lost with whoever holds it. */
export const judgeRecipients = (recipients: readonly string[]): readonly JudgedFinding<'backup.encryption'>[] => {
  if (recipients.length === 0) return []
  const enough = new Set(recipients).size >= leastRecipients
  return [
    finding({
      id: 'backup.encryption',
      subject: 'backups',
      status: enough ? 'ok' : 'warning',
      title: enough ? 'backups are encrypted to several keys' : 'backups are encrypted to one key only',
      observed: `${new Set(recipients).size} in \`encrypt.recipients\``,
      expected: `${leastRecipients} or more: a key that is kept offline, and one for drills`,
      advice: enough ? '' : 'when this key is lost, so are all backups: add the public half of a second one, made and kept elsewhere',
      audience: 'security',
    }),
  ]
}

/** The stored file itself was never read again with a key: told once, beside the keys. */
export const ciphertextUnproven = (): JudgedFinding<'backup.drill'> =>
  finding({
    id: 'backup.drill',
    subject: 'backups',
    status: 'ok',
    notChecked: 'no key here opens what was stored',
    title: 'whether the stored files can be decrypted',
    observed: 'ciphertext: unproven',
    expected: 'a drill that opens the newest copy',
    advice:
      'rehearse `restore` with `drill: true` on a machine that holds a key, or give `encrypt.drill-key` here and read what that costs',
    audience: 'security',
  })

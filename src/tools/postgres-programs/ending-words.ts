import type { PipelineEnding, ProgramEnding } from '../../contract/process.ts'

/** How a program ended, with the last line that it said. */
export const endingWords = (ending: { readonly stderr: string } & ProgramEnding): string => {
  const [line = ''] = ending.stderr.trim().split('\n').slice(-1)
  const how = ending.ended === 'exit' ? `exit code ${ending.exitCode}` : ending.ended === 'signal' ? ending.signal : ending.ended
  return `${how}${line === '' ? '' : `: ${line}`}`
}

/** Why a pipeline failed, in words. */
export const pipelineWords = ({ stages, trouble }: PipelineEnding): string => {
  const bad = stages.find((one) => one.ended !== 'exit' || one.exitCode !== 0)
  return [bad === undefined ? undefined : `${bad.program.split('/').at(-1)} ended with ${endingWords(bad)}`, trouble]
    .filter((one) => one !== undefined)
    .join('; ')
}

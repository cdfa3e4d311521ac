/** Characters of a kind, by their code. */
export type CharacterClass = Uint8Array

export const characterClass = (pattern: RegExp): CharacterClass =>
  Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0))

/** Whether so many characters of a kind stand in a row: each is looked at once, where an expression would begin anew at each. */
export const hasRun = (text: string, kind: CharacterClass, least: number): boolean => {
  let run = 0
  for (let at = 0; at < text.length; at += 1) {
    run = kind[text.charCodeAt(at)] === 1 ? run + 1 : 0
    if (run === least) return true
  }
  return false
}

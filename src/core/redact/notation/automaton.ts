/** Words looked for together in one pass over a text, whatever the words are (Aho and Corasick, 1975). */
export type Automaton = {
  /** The state behind this unit. */
  readonly next: (state: number, unit: number) => number
  /** How much of a word has been read in this state, at most. */
  readonly depth: (state: number) => number
  /** The length of the longest word that ends here; 0 when none does. */
  readonly ends: (state: number) => number
  /** How many units the word that is being read has; of several the longest. */
  readonly goal: (state: number) => number
}

type Nodes = { readonly edges: Map<number, number>; readonly depths: number[]; readonly ends: number[]; readonly goals: number[] }

const edge = (state: number, unit: number): number => state * 0x10000 + unit

const addWord = ({ edges, depths, ends, goals }: Nodes, word: string): void => {
  let state = 0
  for (let at = 0; at < word.length; at += 1) {
    const key = edge(state, word.charCodeAt(at))
    const known = edges.get(key)
    state = known ?? depths.length
    if (known === undefined) {
      edges.set(key, state)
      depths.push(at + 1)
      ends.push(0)
      goals.push(0)
    }
    goals[state] = Math.max(goals[state] ?? 0, word.length)
  }
  ends[state] = word.length
}

/** Where to go on when no word goes on: the longest end of what was read that begins a word. Edges stand in the order of their states. */
const linkFailures = ({ edges, depths, ends }: Nodes): Int32Array => {
  const failures = new Int32Array(depths.length)
  const byDepth = [...edges].toSorted(([, a], [, b]) => (depths[a] ?? 0) - (depths[b] ?? 0))
  for (const [key, state] of byDepth) {
    const unit = key % 0x10000
    const parent = Math.floor(key / 0x10000)
    let back = parent
    let found: number | undefined
    while (back !== 0 && found === undefined) {
      back = failures[back] ?? 0
      found = edges.get(edge(back, unit))
    }
    failures[state] = found ?? 0
    if (ends[state] === 0) ends[state] = ends[failures[state] ?? 0] ?? 0
  }
  return failures
}

export const createAutomaton = (words: readonly string[]): Automaton => {
  const nodes: Nodes = { edges: new Map(), depths: [0], ends: [0], goals: [0] }
  for (const word of words) addWord(nodes, word)
  const failures = linkFailures(nodes)
  return {
    next: (state, unit) => {
      for (let at = state; ; at = failures[at] ?? 0) {
        const found = nodes.edges.get(edge(at, unit))
        if (found !== undefined) return found
        if (at === 0) return 0
      }
    },
    depth: (state) => nodes.depths[state] ?? 0,
    ends: (state) => nodes.ends[state] ?? 0,
    goal: (state) => nodes.goals[state] ?? 0,
  }
}

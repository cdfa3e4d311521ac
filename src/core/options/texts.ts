import { z } from 'zod'

/**
 * What is told of options, for `.register(texts, { description })`. It says the same as `.meta({ description })` without making the schema a
 * second time, which every start of every run would pay for. Only for a schema that nothing else uses: it has one text.
 */
export const texts = z.globalRegistry

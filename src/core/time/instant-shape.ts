import { z } from 'zod'
import { furthestMs } from './instant.ts'

/** A moment in a file that is read. */
export const instantShape = z.number().min(-furthestMs).max(furthestMs)

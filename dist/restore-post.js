import { keepCompiledCode } from './start/index.js'
keepCompiledCode(process.env)
const { main } = await import('./index.js')
await main('restore', 'post')

import { main } from './index.js'
await main('purge-verify')

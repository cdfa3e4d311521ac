import { main } from './index.js'
await main('health-check')

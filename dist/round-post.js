import { main } from './index.js'
await main('round', 'post')

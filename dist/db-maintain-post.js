import { main } from './index.js'
await main('db-maintain', 'post')

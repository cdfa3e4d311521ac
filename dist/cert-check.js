import { main } from './index.js'
await main('cert-check')

import './looker/index.js'

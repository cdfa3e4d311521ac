import './keeper/index.js'

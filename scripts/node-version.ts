/** Ends with one clear line when Node is not the major that the actions run on; npm scripts call it first. */
const wanted = 24
const major = Number(process.versions.node.split('.')[0])
if (major !== wanted) {
  console.error(
    `Ronde needs Node ${wanted}; this is ${process.versions.node}. On Linux \`npm ci\` brings it (without --omit=optional); elsewhere install Node ${wanted} and run the command again.`,
  )
  process.exit(1)
}

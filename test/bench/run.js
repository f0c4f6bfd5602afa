// npm run bench: runs every benchmark in order, each with a reference measured in the same run.
const names =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['start-up', 'engine', 'batch', 'crl', 'path', 'rotation', 'renew', 'tick', 'node-library', 'node-stall'];
for (const name of names) {
  console.log(`\n${name}`);
  await import(`./${name}.js`);
}

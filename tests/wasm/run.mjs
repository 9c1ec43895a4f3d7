// Runs a program of this tree on Pyodide, CPython in WebAssembly: node run.mjs PYODIDE TREE SITE... PROGRAM
// The folders are readable there as /tree and /site0, /site1 ...
import { pathToFileURL } from "node:url";
import fs from "node:fs";

const [pyodide, tree, ...rest] = process.argv.slice(2);
const program = rest.pop();
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide({
  env: { HOME: "/tmp", HYPOTHESIS_NO_PLUGINS: "1", PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1", PYTHONDONTWRITEBYTECODE: "1" },
});
[tree, ...rest].forEach((root, number) => {
  const at = number ? `/site${number - 1}` : "/tree";
  python.FS.mkdirTree(at);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, at);
});
try {
  python.runPython(fs.readFileSync(program, "utf8"), { filename: program });
} catch (error) {
  // The whole error begins with Pyodide's own source, which is one line of a megabyte.
  console.log(String(error.message).slice(-4000));
  process.exitCode = 1;
}

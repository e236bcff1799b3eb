"""Start the program: its own folder becomes the package ``child``, nothing else of ours can be imported."""

import importlib
import importlib.util
import sys
from pathlib import Path

folder = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
spec = importlib.util.spec_from_file_location("child", folder / "__init__.py", submodule_search_locations=[str(folder)])
if spec is None or spec.loader is None:
    raise SystemExit("the program's own folder cannot be read")
package = importlib.util.module_from_spec(spec)
sys.modules["child"] = package
spec.loader.exec_module(package)
serve = importlib.import_module("child.serve").serve
sys.dont_write_bytecode = True  # from here on: beside the reader's files nothing is left
serve()

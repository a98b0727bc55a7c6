/** Loaded before every test file (bunfig.toml): a busy machine is no reason to fail. */
import { setDefaultTimeout } from "bun:test";

setDefaultTimeout(60_000);

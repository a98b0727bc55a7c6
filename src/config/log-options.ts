/** The options of the logs, but for that of the data; see options.ts. */
import type { OptionRow } from "./option-row.ts";

export const logOptions = [
  {
    name: "access_log",
    section: "Logs",
    type: "string",
    default: "",
    runtime: true,
    protected: true,
    doc: "File that gets one line per request. A bare name is put into `data_dir`. Empty: off. CONFIG SET may change it where `enable-protected-configs` says so.",
  },
  {
    name: "loglevel",
    section: "Logs",
    type: "enum",
    choices: ["debug", "verbose", "notice", "warning"],
    default: "notice",
    runtime: true,
    doc: "What the process log on stderr shows. `debug`: everything. `verbose` and `notice`: levels info, warn and error. `warning`: warn and error.",
  },
  {
    name: "slowlog-log-slower-than",
    section: "Logs",
    type: "integer",
    unit: "microseconds",
    default: "10000",
    min: -1,
    runtime: true,
    doc: "Commands that take longer are kept for SLOWLOG. 0 keeps all, -1 none.",
  },
  {
    name: "slowlog-max-len",
    section: "Logs",
    type: "integer",
    default: "128",
    min: 0,
    runtime: true,
    doc: "Entries that SLOWLOG keeps.",
  },
] as const satisfies readonly OptionRow[];

/** Every command the server knows. */
import type { Command } from "./command.ts";
import { stringCommands } from "./strings.ts";

export const allCommands: readonly Command[] = [...stringCommands];

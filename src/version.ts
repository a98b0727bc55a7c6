/** The version of this build, taken from package.json; the bundler inlines it into the executable. */

import packageJson from "../package.json" with { type: "json" };

/** Semantic version, for example "0.1.0". */
export const version: string = packageJson.version;

/** The version of Redis whose commands and replies these are; clients ask for it to know what they may send. */
export const redisVersion = "7.0.15";

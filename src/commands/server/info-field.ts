/** A line of INFO: `name:value`. */
export type InfoField = readonly [name: string, value: string | number];

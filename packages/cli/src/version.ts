/** The version of every tool: one number, as they ship together. */
export const VERSION = "0.1.0";

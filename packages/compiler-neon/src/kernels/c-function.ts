/** `FW_` stands for the project's prefix. */
export interface CFunction {
  readonly declaration: string;
  readonly definition: string;
}

/** A function of a head and a body as they stand in C. */
export const support = (head: string, body: string): CFunction => ({ declaration: `${head};`, definition: `${head} {\n${body.replace(/^\n|\n *$/g, '')}\n}` });

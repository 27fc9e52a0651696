import type { EvaluationGraph, Session, SessionFactory } from '../contract.js';

/** A graph and the session that runs it. */
export interface Loaded<G extends EvaluationGraph> {
  readonly graph: G;
  readonly session: Session;
}

/** Sessions by the shapes of a batch; the one unused for longest goes when there are more than `most`. */
export class SessionCache<G extends EvaluationGraph> {
  readonly #loaded = new Map<string, Loaded<G>>();
  readonly #write: (shapes: Readonly<Record<string, readonly number[]>>) => G;
  readonly #factory: SessionFactory;
  readonly #most: number;

  constructor(factory: SessionFactory, write: (shapes: Readonly<Record<string, readonly number[]>>) => G, most = 3) {
    this.#factory = factory;
    this.#write = write;
    this.#most = most;
  }

  async get(shapes: Readonly<Record<string, readonly number[]>>): Promise<Loaded<G>> {
    const key = JSON.stringify(Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#loaded.get(key);
    if (known !== undefined) {
      // Last in the map is used last.
      this.#loaded.delete(key);
      this.#loaded.set(key, known);
      return known;
    }
    const graph = this.#write(shapes);
    const made = { graph, session: await this.#factory.create(graph.model) };
    this.#loaded.set(key, made);
    for (const [old, { session }] of this.#loaded) {
      if (this.#loaded.size <= this.#most) break;
      this.#loaded.delete(old);
      await session.dispose();
    }
    return made;
  }

  async dispose(): Promise<void> {
    const all = [...this.#loaded.values()];
    this.#loaded.clear();
    for (const { session } of all) await session.dispose();
  }
}

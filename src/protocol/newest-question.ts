/** Questions of one kind, asked one after the other: of those that come while one is under way only the newest is asked. */
export class NewestQuestion {
  #newest = 0;
  #last = Promise.resolve();

  /** Resolves without having asked once a newer one has come; rejects as `question` does, which may end early where it is overtaken. */
  ask(question: (isOvertaken: () => boolean) => Promise<void>): Promise<void> {
    const mine = ++this.#newest;
    const isOvertaken = (): boolean => mine !== this.#newest;
    const asked = this.#last.then(() => (isOvertaken() ? undefined : question(isOvertaken)));
    this.#last = asked.catch(() => undefined); // Whoever asked is told.
    return asked;
  }

  /** Resolves when none of those that were asked by now is under way. */
  done(): Promise<void> {
    return this.#last;
  }
}

/** Lines as texts of bearable length: one text of everything may be longer than a text can be. */
const enough = 4 * 1024 * 1024;

export class TextParts {
  readonly #parts: string[] = [];
  #text = '';
  /** Characters so far. */
  length = 0;

  add(line: string): void {
    this.length += line.length;
    if (this.#text.length + line.length > enough && this.#text !== '') {
      this.#parts.push(this.#text);
      this.#text = '';
    }
    this.#text += line;
  }

  end(): readonly string[] {
    if (this.#text !== '') this.#parts.push(this.#text);
    this.#text = '';
    return this.#parts;
  }
}

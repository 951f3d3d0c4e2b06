/** The worker as the page sees it: one question, one answer. */

export class Analyst {
  /** @param {URL} address */
  constructor(address) {
    this.worker = new Worker(address, { type: "module" });
    this.count = 0;
    /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    this.worker.onmessage = ({ data: { number, error, ...answer } }) => {
      const asker = this.waiting.get(number);
      this.waiting.delete(number);
      if (error) asker?.reject(new Error(error));
      else asker?.resolve(answer);
    };
    this.worker.onerror = ({ message }) => this.fail(new Error(message || "its worker did not start"));
  }

  /**
   * @param {string} kind @param {object} asked @param {Transferable[]} passed
   * @returns {Promise<any>}
   */
  ask(kind, asked, passed = []) {
    return new Promise((resolve, reject) => {
      const number = ++this.count;
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, kind, ...asked }, passed);
    });
  }

  end() {
    this.worker.terminate();
    this.fail(new Error("stopped"));
  }

  /** @param {Error} error */
  fail(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

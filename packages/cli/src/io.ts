/** Where a command reads and prints, and how it is interrupted: the process, or a test that looks at what was printed. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back on Ctrl-C, until the function that it returns is called. */
  onInterrupt(handler: () => void): () => void;
}

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** False asks to wait for `drained`. */
  write(text: string): boolean;
  /** Resolves when more can be written. */
  drained(): Promise<void>;
}

export interface InputStream {
  readonly isTTY?: boolean;
  /** What comes, once. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** What the user ended. Nothing is wrong, and nothing more is to be said. */
export class Interrupted extends Error {}

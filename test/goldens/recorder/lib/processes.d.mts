export function prepare(): void;
export function startAzurite(): Promise<{ tables: string; connection: string; stop(): Promise<void> }>;
export function startPage(): Promise<{ port: number; stop(): Promise<void> }>;
export function startHost(options: {
  app: string;
  hub: string;
  connection: string;
}): Promise<{ base: string; stop(): Promise<void> }>;

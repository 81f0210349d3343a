export function call(base: string, method: string, path: string): Promise<{ status: number; body: unknown }>;
export function play(base: string, scenario: { name: string }, page: number): Promise<unknown>;

export interface FunctionInText {
  kind: 'orchestration' | 'entity' | 'other';
  name: string;
  /** 0-based, of the registration. */
  line0: number;
  column0: number;
}

import type { World } from '../../world/world.ts';
import type { RunbookAction } from '../rules/runbook.ts';
import { locateHome } from '../../store/home.ts';
import { drillCompromise } from './drill.ts';
import { readPki } from '../../store/open-pki.ts';
import { CARRY_OUT, furnishVerifier, type Scene, type StepResult } from './rehearsed-step.ts';
import { withSandbox, type Sandbox } from './sandbox.ts';
import { verifyCrls, type CrlVerification } from '../../publication/run/verify-crls.ts';

export interface RehearsalRequest extends Pick<Scene, 'keys' | 'progress'> {
  /** The CA with the compromised key; absent: the CA that issues leaves. */
  readonly id: string | undefined;
  /** Absolute path for a copy that is kept; absent: it is removed. */
  readonly keep: string | undefined;
}

export interface RehearsedStep extends StepResult {
  readonly action: RunbookAction;
  readonly purpose: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface Rehearsal extends Pick<Sandbox, 'hooks' | 'unread'> {
  readonly authorityId: string;
  readonly home: string;
  readonly keptAt: string | undefined;
  /** The steps that have a command. */
  readonly steps: readonly RehearsedStep[];
  /** The verdict on the files in public/ after the last step. */
  readonly proof: CrlVerification;
}

/**
 * Carries out the runbook for a compromised CA on a copy of the home, and verifies the result. It only reads the home itself. Throws the
 * errors of the steps.
 */
export const rehearseCompromise = (
  world: World,
  homeFlag: string | undefined,
  { id, keep, keys, progress }: RehearsalRequest,
): Promise<Rehearsal> =>
  withSandbox(world, homeFlag, keep, async sandbox => {
    const { home, hooks, unread } = sandbox;
    await furnishVerifier(sandbox);
    const look = <T>(read: Parameters<typeof readPki<T>>[2]) => readPki(sandbox.world, home.directory, read);
    const runbook = await look(pki => drillCompromise(pki, id));
    const steps: RehearsedStep[] = [];
    for (const { action, purpose } of runbook.steps) {
      const carryOut = CARRY_OUT[action];
      if (carryOut === undefined) continue;
      const started = world.ticks();
      const result = await carryOut({ sandbox, runbook, keys, progress });
      steps.push({ action, purpose, took: Math.round(world.ticks() - started), ...result });
    }
    const proof = await look(pki => verifyCrls(sandbox.world, pki, home.public.directory, world.now));
    const { authorityId } = runbook;
    return { authorityId, home: locateHome(world, homeFlag).directory, keptAt: keep, hooks, unread, steps, proof };
  });

import { clockOf } from '../../../store/clock.ts';
import type { Finding } from '../../rules/finding.ts';
import type { CheckSource } from '../source.ts';

/** Finds a clock that is behind the recorded past, or that jumped ahead since the last run. It judges the time of the run, not `--at`. */
export const clock: CheckSource = ({ pki }) => {
  const { behind, jump } = clockOf(pki);
  const about = { kind: 'home', subject: pki.home.directory } as const;
  const findings: Finding[] = [];
  if (behind) findings.push({ ...about, name: 'clock-behind', severity: 'critical', deadline: behind });
  if (jump) findings.push({ ...about, name: 'clock-jumped', severity: 'warning', deadline: jump.from });
  return { findings };
};

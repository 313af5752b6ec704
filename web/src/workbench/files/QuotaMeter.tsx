import { TriangleAlert } from 'lucide-react';
import { MAX_BENCH_FILES } from '@sandtable/shared/protocol';
import { useWork } from '../../session/useSession.ts';
import { byteSize, count, plural } from '../../ui/numbers.ts';
import { amountOf, type Amount } from './quota.ts';

/** What the files take up and may take: in the guest's world once a run changed something, on the bench before. */
export function QuotaMeter() {
  const quota = useWork((state) => state.run?.changed.quota ?? null);
  const files = useWork((state) => state.files);
  const limit = useWork((state) =>
    state.run?.limits.find((hit) => ['totalBytes', 'fileBytes', 'files'].includes(hit.limit)),
  );
  const all = Object.values(files);
  const where = quota === null ? 'on the bench' : 'in the guest’s world';
  const bytes = amountOf(quota?.bytes ?? all.reduce((sum, file) => sum + file.size, 0), quota?.maxBytes);
  const number = amountOf(quota?.files ?? all.length, quota === null ? MAX_BENCH_FILES : quota.maxFiles);
  return (
    <div className="quota" role="group" aria-label={`Room ${where}`} title={`Room ${where}`}>
      <Line
        name={`space ${where}`}
        amount={bytes}
        text={bytes.max === null ? byteSize(bytes.used) : `${byteSize(bytes.used)} of ${byteSize(bytes.max)}`}
      />
      <Line
        name={`files ${where}`}
        amount={number}
        text={
          number.max === null
            ? plural(number.used, 'file')
            : `${count(number.used)} of ${plural(number.max, 'file')}`
        }
      />
      {limit === undefined ? null : (
        <span className="quota-hit" role="status">
          {limit.message}
        </span>
      )}
    </div>
  );
}

const WORDS = { nearly: 'nearly full', full: 'full' } as const;

function Line({
  name,
  amount,
  text,
}: {
  readonly name: string;
  readonly amount: Amount;
  readonly text: string;
}) {
  const { used, max, level } = amount;
  const word = level === 'room' ? null : WORDS[level];
  return (
    <div className="quota-line" data-level={level}>
      <span className="quota-text">
        {text}
        {word === null ? null : (
          <span className="quota-word">
            <TriangleAlert className="icon icon-s" aria-hidden /> {word}
          </span>
        )}
      </span>
      {max === null ? null : (
        <div
          className="quota-meter"
          role="meter"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={max}
          aria-valuenow={Math.min(used, max)}
          aria-valuetext={word === null ? text : `${text}, ${word}`}
        >
          <div className="quota-bar" style={{ inlineSize: `${amount.percent}%` }} />
        </div>
      )}
    </div>
  );
}

import { expect, test } from "bun:test";
import {
  CSV_HEADER,
  csvReport,
  longReport,
  quietReport,
} from "../../../src/cli/benchmark/benchmark-report.ts";
import { LatencyHistogram } from "../../../src/cli/benchmark/latency-histogram.ts";

const latencies = new LatencyHistogram();
latencies.record(150, 3);
latencies.record(1000, 1);
const result = { requests: 4, tookMs: 8, latencies };

test("one line, or CSV", () => {
  expect(quietReport("SET", result, 3)).toBe("SET: 500.00 requests per second, p50=0.151 msec\n");
  expect(CSV_HEADER).toBe(
    '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"\n',
  );
  expect(csvReport("SET", result, 3)).toBe(
    '"SET","500.00","0.362","0.144","0.151","1.007","1.007","1.007"\n',
  );
  expect(csvReport("SET", result, 1)).toBe('"SET","500.00","0.4","0.1","0.2","1.0","1.0","1.0"\n');
});

test("the long report is redis-benchmark's", () => {
  const settings = {
    clients: 50,
    payloadBytes: 3,
    keepAlive: true,
    hostSettings: [["save", ""]] as const,
    decimals: 3,
  };
  expect(longReport("SET", result, settings)).toBe(`====== SET ======
  4 requests completed in 0.01 seconds
  50 parallel clients
  3 bytes payload
  keep alive: 1
  host configuration "save": 
  multi-thread: no

Latency by percentile distribution:
0.000% <= 0.151 milliseconds (cumulative count 3)
50.000% <= 0.151 milliseconds (cumulative count 3)
75.000% <= 0.151 milliseconds (cumulative count 3)
87.500% <= 1.007 milliseconds (cumulative count 4)
100.000% <= 1.007 milliseconds (cumulative count 4)

Cumulative distribution of latencies:
0.000% <= 0.103 milliseconds (cumulative count 0)
75.000% <= 0.207 milliseconds (cumulative count 3)
100.000% <= 1.007 milliseconds (cumulative count 4)

Summary:
  throughput summary: 500.00 requests per second
  latency summary (msec):
          avg       min       p50       p95       p99       max
        0.362     0.144     0.151     1.007     1.007     1.007

`);
});

#include "bench/runner/certificate.h"

namespace bench {

Certificate make_certificate(const Bench& bench) {
  Certificate made{bench.program("certificate.pem"), bench.program("key.pem")};
  output_of(bench, {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "30",
                    "-keyout", made.key, "-out", made.file});
  return made;
}

}  // namespace bench

// SPDX-License-Identifier: Apache-2.0
// ranvier: one binary, a verb for each job. Data go to standard output, talk to standard error.
#include <cstdio>
#include <exception>

#include "cli/common.h"
#include "ranvier_version.h"

int main(int argc, char** argv) {
  using namespace ranvier;
  cli::Context context;
  context.argv.assign(argv, argv + argc);
  cli::catch_interrupt();

  CLI::App app{
      "Places spiking and hybrid networks on many-core chips, co-simulates them, and learns from what it measured.",
      "ranvier"};
  app.set_version_flag("--version", "ranvier " RANVIER_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  cli::add_run_verb(app, context);
  cli::add_map_verb(app, context);
  cli::add_sim_verb(app, context);
  cli::add_remap_verb(app, context);
  cli::add_check_verb(app, context);
  cli::add_convert_verb(app, context);
  cli::add_chips_verb(app, context);
  cli::add_workloads_verb(app, context);
  cli::add_noc_verb(app, context);
  cli::add_rtl_verb(app, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? static_cast<int>(ExitCode::kOk) : static_cast<int>(ExitCode::kUsage);
  } catch (const Error& e) {
    std::fprintf(stderr, "ranvier: %s\n", e.what());
    return static_cast<int>(e.exit_code);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "ranvier: internal error: %s; please report this with the command line\n", e.what());
    return static_cast<int>(ExitCode::kInternal);
  }
  return static_cast<int>(context.exit_code);
}

// SPDX-License-Identifier: Apache-2.0
// ranvier: one binary, a verb for each job. Data go to standard output, talk to standard error.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <system_error>

#include "base/nearest_name.h"
#include "cli/common.h"
#include "ranvier_version.h"

namespace {

/// CLI11 says of an unknown verb only that one is required.
std::string usage_line(const CLI::App& app, const ranvier::cli::Context& context, const std::string& problem) {
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) verbs.push_back(verb->get_name());
  if (context.argv.size() > 1 && app.get_subcommands().empty() && context.argv[1].front() != '-')
    return "unknown verb '" + context.argv[1] + "'" + ranvier::did_you_mean(context.argv[1], verbs) +
           "; ranvier --help lists them";
  std::string verb = app.get_subcommands().empty() ? "" : " " + app.get_subcommands().front()->get_name();
  return problem + "; see ranvier" + verb + " --help";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace ranvier;
  cli::Context context;
  context.argv.assign(argv, argv + argc);
  cli::catch_interrupts();

  CLI::App app{
      "Places spiking and hybrid networks on many-core chips, co-simulates them, and learns from what it measured.",
      "ranvier"};
  app.set_version_flag("--version", "ranvier " RANVIER_VERSION);
  app.require_subcommand(1);
  cli::add_run_verb(app, context);
  cli::add_map_verb(app, context);
  cli::add_sim_verb(app, context);
  cli::add_remap_verb(app, context);
  cli::add_resume_verb(app, context);
  cli::add_check_verb(app, context);
  cli::add_convert_verb(app, context);
  cli::add_chips_verb(app, context);
  cli::add_workloads_verb(app, context);
  cli::add_dense_verb(app, context);
  cli::add_noc_verb(app, context);
  cli::add_partition_verb(app, context);
  cli::add_place_verb(app, context);
  cli::add_rtl_verb(app, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // help and version
    std::fprintf(stderr, "ranvier: %s\n", usage_line(app, context, e.what()).c_str());
    return static_cast<int>(ExitCode::kUsage);
  } catch (const Error& e) {
    std::fprintf(stderr, "ranvier: %s\n", e.what());
    return static_cast<int>(e.exit_code);
  } catch (const std::system_error& e) {
    std::fprintf(stderr, "ranvier: standard output: %s; send it elsewhere\n", e.code().message().c_str());
    return static_cast<int>(ExitCode::kBadInput);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "ranvier: internal error: %s; please report this with the command line\n", e.what());
    return static_cast<int>(ExitCode::kInternal);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "ranvier: standard output: %s; send it elsewhere\n", std::strerror(errno));
    return static_cast<int>(ExitCode::kBadInput);
  }
  return static_cast<int>(context.exit_code);
}

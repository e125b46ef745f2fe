#include "tests/crash/fault_injector.h"

#include <csignal>

#include "absl/strings/str_cat.h"
#include "tests/support/wait_until.h"

namespace fleet::crash {
namespace {

using testing::TcpProxy;
using testing::WaitUntil;

// How long it waits for the right moment, at all and in one go.
constexpr absl::Duration kFaultPatience = absl::Seconds(3);
constexpr absl::Duration kLook = absl::Milliseconds(30);

TcpProxy::Mode ModeOf(Cut cut) {
  switch (cut) {
    case Cut::kReset:
      return TcpProxy::Mode::kPass;
    case Cut::kHoldRequests:
      return TcpProxy::Mode::kHoldRequests;
    case Cut::kHoldReplies:
    case Cut::kHoldRepliesThenReset:
      return TcpProxy::Mode::kHoldReplies;
    case Cut::kBlackHole:
    case Cut::kBlackHoleThenReset:
      break;
  }
  return TcpProxy::Mode::kHoldAll;
}

bool Resets(Cut cut) {
  return cut == Cut::kReset || cut == Cut::kBlackHoleThenReset || cut == Cut::kHoldRepliesThenReset;
}

}  // namespace

std::string FaultInjector::Describe() const {
  if (!fired_) return absl::StrCat(FaultName(fault_.kind), " DID NOT FIRE");
  std::string text = absl::StrCat(FaultName(fault_.kind), "@", absl::ToInt64Milliseconds(began_), "ms");
  if (hits_ > 0) absl::StrAppend(&text, "x", hits_);
  return text;
}

void FaultInjector::Poll(absl::Duration now, bool more_to_come) {
  if (stage_ == Stage::kWaiting && now >= fault_.at) {
    if (Apply()) {
      stage_ = Stage::kActive;
      began_ = now;
    } else if (now > fault_.at + kFaultPatience || (!more_to_come && lab_.NothingIsOpen())) {
      stage_ = Stage::kOver;
    }
  } else if (stage_ == Stage::kActive) {
    if (fault_.kind == FaultKind::kTerminateBackends) hits_ += lab_.TerminateTransactions();
    if (now < began_ + fault_.lasts) return;
    Heal();
    stage_ = Stage::kOver;
  }
}

void FaultInjector::GiveUp() {
  if (stage_ == Stage::kActive) Heal();
  stage_ = Stage::kOver;
}

testing::FleetProgram& FaultInjector::Victim() {
  switch (fault_.kind) {
    case FaultKind::kKillWorker:
    case FaultKind::kFreezeWorker:
    case FaultKind::kCutWorkerDatabase:
      return lab_.worker(fault_.victim);
    case FaultKind::kKillRunner:
    case FaultKind::kFreezeRunner:
    case FaultKind::kCutRunnerService:
      return lab_.runner(fault_.victim);
    default:
      return lab_.service(fault_.victim);
  }
}

std::vector<TcpProxy*> FaultInjector::Network() {
  if (fault_.kind == FaultKind::kCutServiceDatabase) return lab_.NetworkOfService(fault_.victim);
  if (fault_.kind == FaultKind::kCutWorkerDatabase) return lab_.NetworkOfWorker(fault_.victim);
  return lab_.NetworkOfRunner(fault_.victim);
}

bool FaultInjector::Apply() {
  switch (fault_.kind) {
    case FaultKind::kKillService:
    case FaultKind::kKillWorker:
    case FaultKind::kFreezeService:
    case FaultKind::kFreezeWorker:
      return KillOrFreeze(Victim(), fault_.aimed);
    case FaultKind::kKillRunner:
      if (lab_.HeldBy(Victim().name()) == 0) return false;
      Victim().Kill();
      return true;
    case FaultKind::kFreezeRunner:
      return FreezeRunner();
    case FaultKind::kStopPostgres:
      if (lab_.ChildrenUnderWay() == 0) return false;
      return lab_.postgres().StopImmediate().ok();
    case FaultKind::kTerminateBackends:
      hits_ = lab_.TerminateTransactions();
      return hits_ > 0;
    default:
      return CutNetwork();
  }
}

bool FaultInjector::CatchInTransaction(testing::FleetProgram& process) {
  if (!WaitUntil([&] { return lab_.InTransaction(process.name()) > 0; }, kLook)) return false;
  process.Signal(SIGSTOP);
  // What PostgreSQL was doing for it may just end; then the process was not caught inside.
  const bool caught = WaitUntil([&] { return lab_.StuckInTransaction(process.name()) > 0; }, absl::Milliseconds(3));
  if (!caught) process.Signal(SIGCONT);
  return caught;
}

bool FaultInjector::KillOrFreeze(testing::FleetProgram& process, bool aim) {
  if (!process.is_up()) return false;
  if (aim ? !CatchInTransaction(process) : lab_.ChildrenUnderWay() == 0) return false;
  if (fault_.kind == FaultKind::kKillService || fault_.kind == FaultKind::kKillWorker) {
    process.Kill();
  } else {
    process.Signal(SIGSTOP);
  }
  return true;
}

bool FaultInjector::FreezeRunner() {
  if (lab_.HeldBy(Victim().name()) == 0) return false;
  Victim().Signal(SIGSTOP);
  // Its last report may have been under way.
  if (lab_.HeldBy(Victim().name()) > 0) return true;
  Victim().Signal(SIGCONT);
  return false;
}

bool FaultInjector::CutNetwork() {
  if (fault_.kind == FaultKind::kCutRunnerService) {
    if (lab_.HeldBy(Victim().name()) == 0) return false;
  } else if (fault_.aimed) {
    if (!WaitUntil([&] { return lab_.InTransaction(Victim().name()) > 0; }, kLook)) return false;
  } else if (!Victim().is_up() || lab_.ChildrenUnderWay() == 0) {
    return false;
  }
  for (TcpProxy* proxy : Network()) {
    proxy->SetMode(ModeOf(fault_.cut));
    if (fault_.cut == Cut::kReset) proxy->ResetConnections();
  }
  return true;
}

void FaultInjector::Heal() {
  fired_ = true;
  switch (fault_.kind) {
    case FaultKind::kKillService:
    case FaultKind::kKillWorker:
    case FaultKind::kKillRunner:
      Victim().Launch();
      break;
    case FaultKind::kFreezeService:
    case FaultKind::kFreezeWorker:
    case FaultKind::kFreezeRunner:
      fired_ = Victim().IsRunning();
      Victim().Signal(SIGCONT);
      break;
    case FaultKind::kStopPostgres:
      fired_ = lab_.postgres().Restart().ok();
      break;
    case FaultKind::kTerminateBackends:
      break;
    default:
      for (TcpProxy* proxy : Network()) {
        // While it still holds them, so that held bytes are lost.
        if (Resets(fault_.cut)) proxy->ResetConnections();
        proxy->SetMode(TcpProxy::Mode::kPass);
      }
  }
}

}  // namespace fleet::crash

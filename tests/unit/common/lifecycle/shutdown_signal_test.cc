#include "common/lifecycle/shutdown_signal.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace fleet {
namespace {

TEST(ShutdownSignalTest, ReturnsTheSignalThatCame) {
  ShutdownSignal shutdown;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(shutdown.Wait(), SIGTERM);
  kill(getpid(), SIGINT);
  EXPECT_EQ(shutdown.WaitFor(absl::Seconds(10)), SIGINT);
}

TEST(ShutdownSignalTest, WaitForGivesUp) {
  ShutdownSignal shutdown;
  EXPECT_EQ(shutdown.WaitFor(absl::Milliseconds(1)), 0);
}

TEST(ShutdownSignalTest, HoldsForThreadsThatStartLater) {
  ShutdownSignal shutdown;
  std::thread other([] { raise(SIGTERM); });
  // Raised for that thread alone it stays pending there: what matters is that it did not end the process.
  other.join();
  kill(getpid(), SIGTERM);
  EXPECT_EQ(shutdown.Wait(), SIGTERM);
}

TEST(ShutdownSignalTest, AWriteToAClosedPipeDoesNotEndTheProcess) {
  ShutdownSignal shutdown;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

TEST(ShutdownSignalTest, AChildThatResetsItIsEndedBySigterm) {
  ShutdownSignal shutdown;
  const pid_t child = fork();
  if (child == 0) {
    ShutdownSignal::ResetInChild();
    raise(SIGTERM);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

}  // namespace
}  // namespace fleet

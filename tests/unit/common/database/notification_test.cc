// NotificationSender and NotificationListener: one is the only way to see what the other does.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/database/notification_listener.h"
#include "common/database/notification_sender.h"
#include "common/lifecycle/mutex.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::fleet::testing::WaitUntil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Every hint heard, by channel.
class Hints {
 public:
  NotificationListener::Heard Callback() {
    return [this](const std::string& channel, const std::vector<std::string>& words) {
      MutexLock lock(mutex_);
      hints_[channel].push_back(words);
    };
  }
  std::vector<std::vector<std::string>> On(const std::string& channel) {
    MutexLock lock(mutex_);
    return hints_[channel];
  }
  int Stars(const std::string& channel) {
    int stars = 0;
    for (const auto& words : On(channel)) stars += words == std::vector<std::string>{"*"} ? 1 : 0;
    return stars;
  }
  std::set<std::string> Words(const std::string& channel) {
    std::set<std::string> all;
    for (const auto& words : On(channel)) all.insert(words.begin(), words.end());
    return all;
  }

 private:
  Mutex mutex_;
  std::map<std::string, std::vector<std::vector<std::string>>> hints_ ABSL_GUARDED_BY(mutex_);
};

class NotificationTest : public DatabaseTest {
 protected:
  [[nodiscard]] bool WaitForStars(const std::string& channel, int count) {
    return WaitUntil([&] { return hints_.Stars(channel) >= count; });
  }
  Hints hints_;
};

TEST_F(NotificationTest, AHintArrivesOnItsChannelOnly) {
  NotificationListener listener(url(), {"work", "changes"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1) && WaitForStars("changes", 1)) << "what was sent before cannot be known";
  NotificationSender sender(url(), true);
  sender.Send("work", "fleet-1");
  ASSERT_TRUE(WaitUntil([&] { return hints_.Words("work").count("fleet-1") == 1; }));
  EXPECT_THAT(hints_.On("changes"), ElementsAre(ElementsAre("*")));
}

TEST_F(NotificationTest, ManyHintsTravelTogether) {
  NotificationListener listener(url(), {"work"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1));
  NotificationSender sender(url(), true);
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 200; ++i) sender.Send("work", absl::StrCat("w", i));
  }
  ASSERT_TRUE(WaitUntil([&] { return hints_.Words("work").size() == 201; }));
  EXPECT_LT(hints_.On("work").size(), 100U) << "20,000 calls";
}

TEST_F(NotificationTest, TooManyWordsMeanAny) {
  NotificationListener listener(url(), {"work"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1));
  NotificationSender sender(url(), true);
  const std::string word(26, 'x');
  for (int i = 0; i < 2000; ++i) sender.Send("work", absl::StrCat(word, i));
  EXPECT_TRUE(WaitUntil([&] { return hints_.Stars("work") >= 2 || hints_.Words("work").size() >= 2001; }))
      << "a payload over 8,000 bytes is refused";
}

TEST_F(NotificationTest, TheSenderSurvivesTheLossOfItsConnection) {
  NotificationSender sender(url(), true);
  sender.Send("work", "before");
  NotificationListener listener(url(), {"work"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1));
  EndOtherSessions();
  // A hint may be lost with the connection; one of those that follow arrives.
  EXPECT_TRUE(WaitUntil([&] {
    sender.Send("work", "after");
    return hints_.Words("work").count("after") == 1;
  }));
}

TEST_F(NotificationTest, AListenerThatLostItsConnectionSaysThatAnyMayBeMeant) {
  NotificationListener listener(url(), {"work", "changes"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1) && WaitForStars("changes", 1));
  ASSERT_EQ(EndOtherSessions(), 1);
  EXPECT_TRUE(WaitForStars("work", 2));
  EXPECT_TRUE(WaitForStars("changes", 2));
  Execute("select pg_notify('work', 'a,b')");
  EXPECT_TRUE(WaitUntil([&] { return hints_.Words("work").count("b") == 1; }));
}

TEST_F(NotificationTest, SwitchedOffNeitherSpeaksNorHears) {
  NotificationListener on(url(), {"work"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1));
  Hints none;
  {
    NotificationListener off(url(), {"work"}, false, none.Callback());
    NotificationSender silent(url(), false);
    silent.Send("work", "never");
    Execute("select pg_notify('work', 'heard')");
    ASSERT_TRUE(WaitUntil([&] { return hints_.Words("work").count("heard") == 1; }));
  }
  EXPECT_THAT(none.On("work"), IsEmpty());
  EXPECT_EQ(hints_.Words("work").count("never"), 0U);
}

TEST_F(NotificationTest, StopIsIdempotentAndEndsTheConnection) {
  NotificationListener listener(url(), {"work"}, true, hints_.Callback());
  ASSERT_TRUE(WaitForStars("work", 1));
  listener.Stop();
  listener.Stop();
  NotificationSender sender(url(), true);
  sender.Stop();
  sender.Stop();
  sender.Send("work", "late");
  EXPECT_TRUE(WaitUntil([&] {
    return Count(
               "select count(*) from pg_stat_activity where datname = current_database() and "
               "pid <> pg_backend_pid() and backend_type = 'client backend'") == 0;
  }));
}

}  // namespace
}  // namespace fleet::database
